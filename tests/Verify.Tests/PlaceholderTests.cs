using Xunit;

namespace Verify.Tests;

public sealed class PlaceholderTests
{
    [Fact]
    public void A_test_is_found_and_run() => Assert.Equal(4, 2 + 2);
}
