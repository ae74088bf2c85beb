using System.Collections.Immutable;
using Verify.Modelling;
using static Verify.Modelling.Dsl;
using static Verify.Tests.Provoke;

namespace Verify.Tests.Core;

/// <summary>Numbers, names and positions without a meaning are rejected at their line.</summary>
public sealed class NamedNumbersTests
{
    private enum Colour
    {
        Red,
        Green,
    }

    private enum Aliased
    {
        First,
        Same = First,
    }

    private enum Empty;

    [Theory]
    [Provokes("VRF121")]
    [InlineData(2)]
    [InlineData(-1)]
    [InlineData(int.MaxValue)]
    [InlineData(int.MinValue)]
    public void A_member_of_an_enum_by_a_position_that_it_does_not_have(int position) =>
        InModel(ErrorCodes.OutOfRange, m => m.Always("p", m.Var("x", Sort.Enum<Colour>()) == MemberOf(Colours, position)));

    [Fact]
    public void Each_position_of_an_enum_is_its_member() => Assert.Equal(
        ["Red", "Green"], Enumerable.Range(0, 2).Select(position => MemberOf(Colours, position).ToString()));

    [Fact]
    public void A_value_of_an_enum_that_has_no_name()
    {
        InModel(ErrorCodes.OutOfRange, m => m.Always("p", m.Var("x", Sort.Enum<Colour>()) == (Colour)7));
        InModel(ErrorCodes.OutOfRange, m => m.Always("p", m.Var("x", Sort.Enum<Colour>()) == (Colour)(-1)));
    }

    [Fact]
    [Provokes("VRF102", "VRF103")]
    public void An_enum_of_two_names_for_one_value_or_of_none()
    {
        InModel(ErrorCodes.DuplicateName, m => m.Var("x", Sort.Enum<Aliased>()));
        InModel(ErrorCodes.DuplicateName, m => m.Always("p", If(m.Var("x", Sort.Bool), Aliased.First, Aliased.Same) == Aliased.Same));
        InModel(ErrorCodes.BadDeclaration, m => m.Var("x", Sort.Enum<Empty>()));
    }

    [Fact]
    public void A_number_outside_of_the_range_that_it_is_for()
    {
        var range = Sort.Range(2, 5);
        InModel(ErrorCodes.OutOfRange, m => m.Var("x", range, 6));
        InModel(ErrorCodes.OutOfRange, m => m.Map("x", Sort.Bool, range, 1));
        InModel(ErrorCodes.OutOfRange, m => m.Rule("r", s => s.Set(m.Var("x", range), 1)));
        InModel(ErrorCodes.OutOfRange, m => m.Rule("r", s => s.Set(m.Var("x", Sort.Option(range)), Some(6))));
        InModel(ErrorCodes.OutOfRange, m => m.Always("p", m.Map("x", range, Sort.Bool)[1]));
        InModel(ErrorCodes.OutOfRange, m => m.Always("p", New(m.Record("r", new Field("n", range)), 1) == None));
    }

    [Fact]
    public void Sets_of_too_many_members_or_fewer_than_one()
    {
        InModel(ErrorCodes.BadDeclaration, m => m.ScalarSet("s", -1));
        InModel(ErrorCodes.BadDeclaration, m => m.ScalarSet("s", int.MaxValue));
        InModel(ErrorCodes.BadDeclaration, m => m.Processors("s", 0));
    }

    [Theory]
    [InlineData(0, 1, 4)]
    [InlineData(5, 1, 4)]
    [InlineData(2, 3, 1)]
    public void A_default_that_a_family_does_not_offer(int size, int low, int high)
    {
        var error = Assert.Throws<UserErrorException>(() => new Sized(size, low, high).Build(Choices.Default));
        Assert.Equal(ErrorCodes.BadDeclaration, error.Diagnostic.Code);
    }

    [Fact]
    [Provokes("VRF106")]
    public void A_mark_on_a_target_that_is_not_a_location() =>
        InModel(ErrorCodes.NotALocation, m => m.Mark("mark", Sort.Bool, p => (p, true)));

    private static Sort.Enumeration Colours => (Sort.Enumeration)Sort.Enum<Colour>();

    private sealed class Sized(int size, int low, int high) : ModelFamily
    {
        public override string Name => "sized";

        public override string Summary => "Of some size.";

        public override ImmutableArray<SizeParameter> Sizes => [new("n", size, low, high, "things")];

        protected override void Describe(ModelBuilder m)
        {
            m.ScalarSet("n", m.Size("n"));
            m.Rule("idle", s => s.When(true));
            m.Always("true", true);
        }
    }
}
