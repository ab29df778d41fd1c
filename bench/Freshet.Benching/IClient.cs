namespace Freshet.Benching;

/// <summary>A program that takes part. What it can do it says by further interfaces, one a task.</summary>
internal interface IClient
{
    /// <summary>Its name on the command line and in tables.</summary>
    string Name { get; }

    /// <summary>What is measured of it, with its version.</summary>
    string Version();
}
