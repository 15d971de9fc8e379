using System;
using System.Threading.Tasks;
using NUnit.Framework;
using Ois.Testing;

namespace Ois.Compliance.Tests
{
    [TestFixture]
    public sealed class CheckingTests
    {
        [Test]
        public async Task Nobody_is_checked_while_identity_does_not_answer()
        {
            Environment.SetEnvironmentVariable("IDENTITY_URL", "http://127.0.0.1:9");
            var compliance = await Running.Start(Program.Main);
            var (status, body) = await compliance.Post("/checks", "{\"holder\":\"anna\"}");
            Assert.AreEqual(503, status);
            StringAssert.Contains("identity does not answer", body);
            Assert.AreEqual((200, "[]"), await compliance.Get("/audit"));
        }
    }
}
