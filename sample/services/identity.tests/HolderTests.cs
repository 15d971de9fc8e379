using System;
using NUnit.Framework;
using Ois.Hosting;

namespace Ois.Identity.Tests
{
    [TestFixture]
    public sealed class HolderTests
    {
        private static readonly DateTime Today = new DateTime(2026, 5, 17);

        [Test]
        public void A_person_has_a_date_of_birth() => Assert.AreEqual(new DateTime(1990, 5, 17), From().Born);

        [Test]
        public void An_organisation_has_none() => Assert.IsNull(From(taxId: "7701234567").Born);

        [Test]
        public void A_country_is_kept_in_capitals() => Assert.AreEqual("RU", From(country: "ru").Country);

        [TestCase("77012345678")]
        [TestCase("77012345678x")]
        [TestCase("٧٧٠١٢٣٤٥٦٧٨٩")]
        [TestCase(" ")]
        public void A_tax_number_is_10_or_12_digits(string taxId) => Refused("taxId", () => From(taxId: taxId));

        [TestCase("RUS")]
        [TestCase("R1")]
        public void A_country_is_two_letters(string country) => Refused("country", () => From(country: country));

        [Test]
        public void Nobody_is_born_tomorrow() => Refused("born", () => From(born: Today.AddDays(1)));

        private static Holder From(string taxId = "770123456789", string country = "RU", DateTime? born = null) =>
            Holder.From(new Application { Name = "Anna", TaxId = taxId, Country = country, Born = born ?? new DateTime(1990, 5, 17) }, Today);

        private static void Refused(string field, TestDelegate attempt) =>
            StringAssert.StartsWith($"\"{field}\" is ", Assert.Throws<Problem>(attempt).Message);
    }
}
