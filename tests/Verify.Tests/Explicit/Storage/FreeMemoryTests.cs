using Verify.Explicit.Storage;

namespace Verify.Tests.Explicit.Storage;

/// <summary>The free memory is the minimum of that of the machine and of the control groups of the process.</summary>
public sealed class FreeMemoryTests
{
    private const string Machine = "MemTotal:  4000 kB\nMemFree:  10 kB\nMemAvailable:     1000 kB\n";

    [Theory]
    [InlineData(1_024_000L, "proc/meminfo", Machine)]
    [InlineData(1_024_000L, "proc/meminfo", Machine, "proc/self/cgroup", "0::/a\n", "sys/fs/cgroup/a/memory.max", "max\n",
        "sys/fs/cgroup/a/memory.current", "77\n")]
    [InlineData(500L, "proc/meminfo", Machine, "proc/self/cgroup", "0::/a/b\n", "sys/fs/cgroup/a/memory.max", "1000\n",
        "sys/fs/cgroup/a/memory.current", "700\n", "sys/fs/cgroup/a/memory.stat", "anon 300\ninactive_file 200\n")]
    [InlineData(300L, "proc/self/cgroup", "1:name=systemd:/\n0::/elsewhere\n", "sys/fs/cgroup/memory.max", "1000\n",
        "sys/fs/cgroup/memory.current", "700\n")]
    [InlineData(0L, "proc/meminfo", Machine, "proc/self/cgroup", "4:memory:/x\n0::/\n",
        "sys/fs/cgroup/memory/x/memory.limit_in_bytes", "1000\n", "sys/fs/cgroup/memory/x/memory.usage_in_bytes", "1200\n")]
    [InlineData(150L, "proc/self/cgroup", "4:cpu,memory:/\n", "sys/fs/cgroup/memory/memory.limit_in_bytes", "1000\n",
        "sys/fs/cgroup/memory/memory.usage_in_bytes", "900\n", "sys/fs/cgroup/memory/memory.stat", "total_inactive_file 50\n")]
    [InlineData(null)]
    public void Is_the_least_that_is_left(long? expected, params string[] files)
    {
        using var root = new TestDirectory();
        foreach (var file in files.Chunk(2))
        {
            var path = Path.Combine(root.Path, file[0]);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, file[1]);
        }

        Assert.Equal(expected, new FreeMemory(root.Path).Bytes());
    }

    [Fact]
    public void Is_known_here() => Assert.InRange(new FreeMemory("/").Bytes() ?? 0, 1 << 20, long.MaxValue);
}
