using System;
using NUnit.Framework;
using Ois.Domain;

namespace Ois.Compliance.Tests
{
    [TestFixture]
    public sealed class ScreeningTests
    {
        private static readonly DateTime Today = new DateTime(2026, 5, 17);
        private static readonly Screening Screening = new Screening(new[] { "RU", "BY" }, new[] { "000000000000" });

        [Test]
        public void Who_gives_no_reason_to_object_passes() => Assert.IsTrue(Check().Passed);

        [Test]
        public void A_country_is_served_in_any_letters() => Assert.IsTrue(Check(country: "by").Passed);

        [Test]
        public void Every_objection_is_told()
        {
            var verdict = Check("US", "000000000000", Today.AddYears(-10));
            Assert.AreEqual(
                new[] { "the country US is not served", "the tax number 000000000000 is on the stop list", "the holder is younger than 18" },
                verdict.Objections);
        }

        [TestCase(0, true)]
        [TestCase(1, false)]
        public void One_is_of_age_on_the_eighteenth_birthday(int daysYounger, bool passes) =>
            Assert.AreEqual(passes, Check(born: Today.AddYears(-Screening.FullAge).AddDays(daysYounger)).Passed);

        [Test]
        public void An_organisation_has_no_age() => Assert.IsTrue(Check(taxId: "7701234567", born: null).Passed);

        private static Verdict Check(string country = "RU", string taxId = "770123456789", DateTime? born = null) =>
            Screening.Check(new Person("Anna", taxId, country, born), Today);
    }
}
