using System;
using System.Threading.Tasks;
using NUnit.Framework;
using Ois.Testing;

namespace Ois.Issuance.Tests
{
    [TestFixture]
    public sealed class IssuingTests
    {
        [Test]
        public async Task Nothing_is_issued_while_compliance_does_not_answer()
        {
            Environment.SetEnvironmentVariable("COMPLIANCE_URL", "http://127.0.0.1:9");
            var issuance = await Running.Start(Program.Main);
            var (status, body) = await issuance.Post("/assets", "{\"ticker\":\"OIS1\",\"name\":\"Oil\",\"issuer\":\"anna\",\"quantity\":1,\"price\":1}");
            Assert.AreEqual(503, status);
            StringAssert.Contains("compliance does not answer", body);
            Assert.AreEqual((200, "[]"), await issuance.Get("/assets"));
        }
    }
}
