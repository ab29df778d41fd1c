using Freshet.Cli.Output;

namespace Freshet.Cli.Tests.Output;

// THREATS B13 and P4: text of strangers moves no cursor, changes no colour and turns no direction.
public sealed class TerminalTextTests
{
    [Theory]
    [InlineData("plain name (1).iso", "plain name (1).iso")]
    [InlineData("Käse 日本 🎬", "Käse 日本 🎬")]
    [InlineData("a\u001b[31mred", "a\\x1b[31mred")]
    [InlineData("a\r\nb\tc\0", "a\\x0d\\x0ab\\x09c\\x00")]
    [InlineData("\u009b31m", "\\x9b31m")]
    [InlineData("gpj.\u202Eexe", "gpj.\\u{202e}exe")]
    [InlineData("\u2066x\u2069\uFEFF\u200F", "\\u{2066}x\\u{2069}\\u{feff}\\u{200f}")]
    [InlineData("\u2028", "\\u{2028}")]
    public void What_is_not_plainly_visible_is_shown_as_its_code(string text, string expected) => Assert.Equal(expected, TerminalText.Escape(text));

    [Fact]
    public void A_lone_surrogate_is_no_trouble() => Assert.Equal("x\uFFFDy", TerminalText.Escape("x\ud83cy"));

    [Fact]
    public void No_character_of_any_text_is_a_control()
    {
        for (int c = 0; c <= char.MaxValue; c++)
            Assert.DoesNotContain(TerminalText.Escape(((char)c).ToString()), char.IsControl);
    }
}
