using System;
using System.Threading.Tasks;
using NUnit.Framework;
using Ois.Testing;

namespace Ois.Settlement.Tests
{
    [TestFixture]
    public sealed class OrderingTests
    {
        [Test]
        public async Task An_order_stays_pending_while_compliance_does_not_answer()
        {
            Environment.SetEnvironmentVariable("COMPLIANCE_URL", "http://127.0.0.1:9");
            var settlement = await Running.Start(Program.Main);
            var ordered = await settlement.Post("/transfers", "{\"asset\":\"OIS1\",\"from\":\"anna\",\"to\":\"boris\",\"quantity\":10}");
            Assert.AreEqual(201, ordered.Status, ordered.Body);
            var id = ordered.Body.Split("\"id\":\"")[1].Split('"')[0];
            Assert.AreEqual(503, (await settlement.Post($"/transfers/{id}/settle", "{}")).Status);
            StringAssert.Contains("\"state\":\"pending\"", (await settlement.Get($"/transfers/{id}")).Body);
        }

        [Test]
        public async Task What_was_never_ordered_cannot_be_settled()
        {
            var settlement = await Running.Start(Program.Main);
            Assert.AreEqual(404, (await settlement.Post("/transfers/none/settle", "{}")).Status);
        }
    }
}
