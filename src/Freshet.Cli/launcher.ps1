# Builds a Release into .build\<hash of the sources>\ for freshet.cmd, one build at a time, and notes it as the last one.
# $args[0]: the list of sources that this build is of; kept beside it, so that the next run finds that nothing changed.
$ErrorActionPreference = 'Stop'
$root = (Resolve-Path (Join-Path $PSScriptRoot '..\..')).Path
$builds = Join-Path $root '.build'
New-Item -ItemType Directory -Force $builds | Out-Null

function Get-SourcesHash {
    $files = @(Get-ChildItem (Join-Path $root 'src') -Recurse -File | Where-Object FullName -NotMatch '[\\/](bin|obj)[\\/]')
    foreach ($name in 'Directory.Build.props', 'Directory.Packages.props', 'global.json', 'nuget.config') {
        $path = Join-Path $root $name
        if (Test-Path $path) { $files += Get-Item $path }
    }
    $lines = $files | Sort-Object FullName | ForEach-Object { "$((Get-FileHash $_.FullName -Algorithm SHA1).Hash) $($_.FullName.Substring($root.Length))" }
    $stream = [IO.MemoryStream]::new([Text.Encoding]::UTF8.GetBytes($lines -join "`n"))
    (Get-FileHash -InputStream $stream -Algorithm SHA1).Hash.Substring(0, 16).ToLowerInvariant()
}

# Held until this process ends, however it ends.
$lock = $null
while ($null -eq $lock) {
    try { $lock = [IO.File]::Open((Join-Path $builds 'lock'), 'OpenOrCreate', 'ReadWrite', 'None') } catch [IO.IOException] { Start-Sleep -Milliseconds 200 }
}

for ($try = 0; $try -lt 3; $try++) {
    $hash = Get-SourcesHash
    $target = Join-Path $builds $hash
    if (Test-Path (Join-Path $target 'Freshet.Cli.dll')) { break }
    $new = Join-Path $builds ".new.$PID"
    if (Test-Path $new) { Remove-Item -Recurse -Force $new }
    $env:DOTNET_CLI_TELEMETRY_OPTOUT = '1'; $env:DOTNET_NOLOGO = '1'; $env:MSBUILDDISABLENODEREUSE = '1'
    Push-Location $root
    $output = & dotnet publish src/Freshet.Cli -c Release -o $new --artifacts-path (Join-Path $builds '.artifacts') `
        -p:RunAnalyzers=false -p:UseSharedCompilation=false -nodeReuse:false -v q -nologo 2>&1
    $status = $LASTEXITCODE
    Pop-Location
    if ($status -ne 0) {
        $output | ForEach-Object { [Console]::Error.WriteLine($_) }
        [Console]::Error.WriteLine('freshet: the build failed (its output is above); it needs the .NET 10 SDK of https://dotnet.microsoft.com/download/dotnet/10.0')
        exit 1
    }
    if ((Get-SourcesHash) -eq $hash) { Move-Item $new $target } else { Remove-Item -Recurse -Force $new }
}

Set-Content -NoNewline -Path (Join-Path $builds 'last') -Value $hash
Copy-Item $args[0] (Join-Path $builds 'last.list') -Force

# Builds that run cannot be deleted on Windows: their files are in use. What can be deleted is not used.
Get-ChildItem $builds -Directory | Where-Object { $_.Name -notmatch '^\.' -and $_.Name -ne $hash -and $_.LastWriteTime -lt (Get-Date).AddMinutes(-10) } | ForEach-Object {
    try { Rename-Item $_.FullName "$($_.FullName).old" -ErrorAction Stop; Remove-Item -Recurse -Force "$($_.FullName).old" } catch { }
}
exit 0
