@echo off
rem The freshet command on a clone: builds a Release when the sources changed, then runs it. See the file "freshet" for how builds are kept apart.
rem   FRESHET_NO_BUILD=1   run the build that was made last, whatever the sources say
setlocal
set "root=%~dp0"
set "builds=%root%.build"
where dotnet >nul 2>nul
if errorlevel 1 (
    echo freshet: the .NET 10 SDK is needed and no dotnet command is on the PATH. Get it at https://dotnet.microsoft.com/download/dotnet/10.0 1>&2
    exit /b 1
)
if "%FRESHET_NO_BUILD%"=="1" goto last

rem Names, sizes and times of the sources as robocopy lists them (it copies nothing): far faster than starting PowerShell to hash them.
set "now=%TEMP%\freshet-%RANDOM%%RANDOM%.list"
robocopy "%root%src" "%TEMP%\freshet-nowhere" /L /E /XD bin obj /FP /TS /BYTES /NJH /NJS /NDL /NC /NP > "%now%" 2>nul
robocopy "%root%." "%TEMP%\freshet-nowhere" Directory.Build.props Directory.Packages.props global.json nuget.config /L /FP /TS /BYTES /NJH /NJS /NDL /NC /NP >> "%now%" 2>nul
if not exist "%builds%\last.list" goto build
fc /b "%now%" "%builds%\last.list" >nul 2>nul
if not errorlevel 1 goto listed

:build
powershell -NoProfile -ExecutionPolicy Bypass -File "%root%src\Freshet.Cli\launcher.ps1" "%now%"
if errorlevel 1 (
    del "%now%" 2>nul
    exit /b 1
)
:listed
del "%now%" 2>nul

:last
if not exist "%builds%\last" (
    echo freshet: FRESHET_NO_BUILD=1 is set and nothing has been built yet: run it once without 1>&2
    exit /b 1
)
set /p name=<"%builds%\last"
if not exist "%builds%\%name%\Freshet.Cli.dll" (
    if "%FRESHET_NO_BUILD%"=="1" (
        echo freshet: the build %name% is gone: run it once without FRESHET_NO_BUILD=1 1>&2
        exit /b 1
    )
    del "%builds%\last.list" 2>nul
    "%~f0" %*
)
endlocal & dotnet "%~dp0.build\%name%\Freshet.Cli.dll" %*
