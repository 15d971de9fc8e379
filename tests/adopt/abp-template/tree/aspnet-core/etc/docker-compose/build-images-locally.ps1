$solution = Join-Path $PSScriptRoot "../../"
foreach ($project in "HttpApi.Host", "DbMigrator") {
    Set-Location (Join-Path $solution "src/Acme.Crm.$project")
    dotnet publish -c Release
    docker build -f Dockerfile.local -t "acme/crm-$($project.ToLower())" .
}
