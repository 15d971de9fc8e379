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
        public async Task What_is_served_with_a_token_and_what_is_not(string path, int status)
        {
            using var realm = Realm.Start();
            Assert.AreEqual(status, (await (await Gateway(realm)).Get(path, realm.Token())).Status);
        }

        [TestCase("/health", 200)]
        [TestCase("/version", 200)]
        [TestCase("/swagger", 200)]
        [TestCase("/swagger/openapi.json", 200)]
        [TestCase("/api/identity/holders", 401)]
        [TestCase("/api/nothing/here", 401)]
        [TestCase("/API/identity/holders", 401)]
        [TestCase("/api//identity/holders", 404)]
        public async Task What_is_open_to_everybody_and_what_is_not(string path, int status)
        {
            using var realm = Realm.Start();
            Assert.AreEqual(status, (await (await Gateway(realm)).Get(path)).Status);
        }

        [Test]
        public async Task Without_a_realm_nobody_is_let_through()
        {
            Environment.SetEnvironmentVariable("OIDC_ISSUER", null);
            var (status, body) = await (await Running.Start(Program.Main)).Get("/api/identity/holders", "any");
            Assert.AreEqual(503, status);
            StringAssert.Contains("OIDC_ISSUER is not set", body);
        }

        [Test]
        public async Task A_service_that_does_not_answer_is_named()
        {
            Environment.SetEnvironmentVariable("IDENTITY_URL", "http://127.0.0.1:9");
            using var realm = Realm.Start();
            var (status, body) = await (await Gateway(realm)).Get("/api/identity/holders", realm.Token());
            Assert.AreEqual(502, status);
            StringAssert.Contains("identity does not answer", body);
        }

        private static Task<Running> Gateway(Realm realm)
        {
            Environment.SetEnvironmentVariable("OIDC_ISSUER", Realm.Issuer);
            Environment.SetEnvironmentVariable("OIDC_INTERNAL_URL", realm.Address.ToString().TrimEnd('/'));
            return Running.Start(Program.Main);
        }
    }
}
