using System.Threading.Tasks;
using NUnit.Framework;
using Ois.Testing;

namespace Ois.Registry.Tests
{
    [TestFixture]
    public sealed class BookingTests
    {
        [Test]
        public async Task What_was_booked_is_held()
        {
            var registry = await Running.Start(Program.Main);
            var booked = await registry.Post("/internal/entries", "{\"reference\":\"issue-OIS1\",\"asset\":\"OIS1\",\"to\":\"anna\",\"quantity\":100}");
            Assert.AreEqual(201, booked.Status, booked.Body);
            Assert.AreEqual((200, "[{\"holder\":\"anna\",\"asset\":\"OIS1\",\"quantity\":100}]"), await registry.Get("/holdings?holder=anna"));
            Assert.AreEqual((200, "[]"), await registry.Get("/holdings?holder=boris"));
        }

        [Test]
        public async Task A_refusal_has_a_code_and_a_sentence()
        {
            var registry = await Running.Start(Program.Main);
            var (status, body) = await registry.Post("/internal/entries", "{\"reference\":\"t1\",\"asset\":\"OIS1\",\"from\":\"anna\",\"to\":\"boris\",\"quantity\":1}");
            Assert.AreEqual(409, status);
            StringAssert.Contains("\"code\":\"balance\"", body);
            StringAssert.Contains("holder anna has 0 of OIS1", body);
        }
    }
}
