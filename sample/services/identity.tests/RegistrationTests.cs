using System.Threading.Tasks;
using NUnit.Framework;
using Ois.Testing;

namespace Ois.Identity.Tests
{
    [TestFixture]
    public sealed class RegistrationTests
    {
        private const string Anna = "{\"name\":\"Анна\",\"taxId\":\"770123456789\",\"country\":\"RU\",\"born\":\"1990-05-17\"}";

        [Test]
        public async Task A_holder_is_registered_once()
        {
            var identity = await Running.Start(Program.Main);
            Assert.AreEqual(201, (await identity.Post("/holders", Anna)).Status);
            var (status, body) = await identity.Post("/holders", Anna);
            Assert.AreEqual(409, status);
            StringAssert.Contains("already registered", body);
            StringAssert.Contains("Анна", (await identity.Get("/holders")).Body);
        }

        [TestCase("", 400)]
        [TestCase("null", 400)]
        [TestCase("{\"name\":", 400)]
        [TestCase("{}", 400)]
        public async Task What_is_no_application_is_refused(string body, int expected)
        {
            var identity = await Running.Start(Program.Main);
            Assert.AreEqual(expected, (await identity.Post("/holders", body)).Status);
        }
    }
}
