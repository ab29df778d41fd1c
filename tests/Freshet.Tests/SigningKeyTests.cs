namespace Freshet.Tests;

/// <summary>The file of a private key.</summary>
public sealed class SigningKeyTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_key_is_made_for_its_owner_alone_and_read_again()
    {
        using var folder = new TempFolder();
        SigningKey made = await SigningKey.LoadOrCreateAsync(folder.At("key"), Cancellation);
        SigningKey read = await SigningKey.LoadOrCreateAsync(folder.At("key"), Cancellation);
        Assert.Equal(made.PublicKey.ToArray(), read.PublicKey.ToArray());
        Assert.Equal(Convert.ToHexStringLower(made.Seed.Span), (await File.ReadAllTextAsync(folder.At("key"), Cancellation)).TrimEnd());
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(folder.At("key")));
    }

    [Theory]
    [InlineData(UnixFileMode.GroupRead)]
    [InlineData(UnixFileMode.OtherRead)]
    [InlineData(UnixFileMode.GroupWrite)]
    public async Task A_key_that_others_may_use_is_refused(UnixFileMode others)
    {
        if (OperatingSystem.IsWindows())
            return;
        using var folder = new TempFolder();
        await SigningKey.LoadOrCreateAsync(folder.At("key"), Cancellation);
        File.SetUnixFileMode(folder.At("key"), File.GetUnixFileMode(folder.At("key")) | others);
        FreshetException refused = await Assert.ThrowsAsync<FreshetException>(() => SigningKey.LoadOrCreateAsync(folder.At("key"), Cancellation));
        Assert.Equal((FreshetError.Denied, TroubleCodes.KeyExposed), (refused.Error, refused.Code));
    }

    [Theory]
    [InlineData("")]
    [InlineData("abcd")]
    [InlineData("-----BEGIN OPENSSH PRIVATE KEY-----")]
    public async Task What_is_no_key_is_refused_and_stays(string text)
    {
        using var folder = new TempFolder();
        await SigningKey.LoadOrCreateAsync(folder.At("key"), Cancellation);
        await File.WriteAllTextAsync(folder.At("key"), text, Cancellation);
        FreshetException refused = await Assert.ThrowsAsync<FreshetException>(() => SigningKey.LoadOrCreateAsync(folder.At("key"), Cancellation));
        Assert.Equal(FreshetError.SourceUnreadable, refused.Error);
        Assert.Equal(text, await File.ReadAllTextAsync(folder.At("key"), Cancellation));
    }
}
