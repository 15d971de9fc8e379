using System;
using NUnit.Framework;
using Ois.Domain;

namespace Ois.Issuance.Tests
{
    [TestFixture]
    public sealed class AssetTests
    {
        private static readonly Verdict Passed = new Verdict(Array.Empty<string>());

        [Test]
        public void An_issue_is_worth_its_units_at_their_price() =>
            Assert.AreEqual(12_500m, Issue(quantity: 100, price: 125m).Volume);

        [Test]
        public void The_whole_issue_goes_to_the_issuer()
        {
            var opening = Issue(quantity: 100).Opening();
            Assert.AreEqual(("issue-OIS1", "OIS1", default(string), "anna", 100L), (opening.Reference, opening.Asset, opening.From, opening.To, opening.Quantity));
        }

        [TestCase("OI")]
        [TestCase("ois1")]
        [TestCase("OIS-1")]
        [TestCase("THIRTEENCHARS")]
        [TestCase("ОИС1")]
        public void A_ticker_is_3_to_12_capital_letters_and_digits(string ticker) => Refused("ticker", () => Issue(ticker));

        [TestCase(0)]
        [TestCase(-1)]
        public void An_issue_has_at_least_one_unit(long quantity) => Refused("quantity", () => Issue(quantity: quantity));

        [TestCase(0)]
        [TestCase(-5)]
        public void A_price_is_above_zero(decimal price) => Refused("price", () => Issue(price: price));

        [Test]
        public void The_largest_volume_is_possible_and_one_rouble_more_is_not()
        {
            Assert.AreEqual(Asset.LargestVolume, Issue(quantity: 1, price: Asset.LargestVolume).Volume);
            Refused("volume", () => Issue(quantity: 1, price: Asset.LargestVolume + 1));
        }

        [Test]
        public void A_volume_that_no_number_holds_is_refused_too() => Refused("volume", () => Issue(quantity: long.MaxValue, price: decimal.MaxValue));

        [Test]
        public void An_issuer_has_passed_compliance()
        {
            Refused("not-checked", () => Asset.Issue("OIS1", "Oil", "anna", 1, 1, null));
            Refused("compliance", () => Asset.Issue("OIS1", "Oil", "anna", 1, 1, new Verdict(new[] { "on the stop list" })));
        }

        private static Asset Issue(string ticker = "OIS1", long quantity = 1, decimal price = 1) =>
            Asset.Issue(ticker, "Oil", "anna", quantity, price, Passed);

        private static void Refused(string code, TestDelegate attempt) => Assert.AreEqual(code, Assert.Throws<Refusal>(attempt).Code);
    }
}
