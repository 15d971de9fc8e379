using System;
using System.Threading.Tasks;
using NUnit.Framework;
using Ois.Testing;

namespace Ois.ApiGateway.Tests
{
    [TestFixture]
    public sealed class GatewayTests
    {
        [TestCase("/health", 200)]
        [TestCase("/version", 200)]
        [TestCase("/swagger", 200)]
        [TestCase("/swagger/openapi.json", 200)]
        [TestCase("/api/nothing/here", 404)]
        [TestCase("/api/registry/internal/entries", 404)]
        [TestCase("/api/registry/%2569nternal/entries", 404)]
        [TestCase("/api/registry/INTERNAL/entries", 404)]
        [TestCase("/nothing", 404)]
        public async Task What_is_served_and_what_is_not(string path, int status) =>
            Assert.AreEqual(status, (await (await Running.Start(Program.Main)).Get(path)).Status);

        [Test]
        public async Task A_service_that_does_not_answer_is_named()
        {
            Environment.SetEnvironmentVariable("IDENTITY_URL", "http://127.0.0.1:9");
            var (status, body) = await (await Running.Start(Program.Main)).Get("/api/identity/holders");
            Assert.AreEqual(502, status);
            StringAssert.Contains("identity does not answer", body);
        }
    }
}
