using System;
using NUnit.Framework;
using Ois.Domain;

namespace Ois.Settlement.Tests
{
    [TestFixture]
    public sealed class TransferTests
    {
        private static readonly DateTimeOffset Now = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
        private static readonly Verdict Passed = new Verdict(Array.Empty<string>());
        private static readonly Verdict Stopped = new Verdict(new[] { "on the stop list" });

        [Test]
        public void An_order_waits_until_it_is_settled()
        {
            var order = Order();
            Assert.AreEqual(TransferState.Pending, order.State);
            var settled = order.Settle(Passed, Passed, Now.AddHours(1));
            Assert.AreEqual(TransferState.Settled, settled.State);
            Assert.AreEqual(Now.AddHours(1), settled.SettledAt);
            Assert.AreEqual(TransferState.Pending, order.State);
        }

        [Test]
        public void Its_movement_is_known_by_the_transfer() => Assert.AreEqual("transfer-t1", Order().Movement().Reference);

        [Test]
        public void It_is_settled_once() => Refused("settled", () => Order().Settle(Passed, Passed, Now).Settle(Passed, Passed, Now));

        [Test]
        public void Both_sides_have_passed_compliance()
        {
            Refused("compliance", () => Order().Settle(Stopped, Passed, Now));
            Refused("compliance", () => Order().Settle(Passed, Stopped, Now));
            Refused("not-checked", () => Order().Settle(Passed, null, Now));
        }

        [TestCase(0)]
        [TestCase(-1)]
        public void It_moves_at_least_one_unit(long quantity) => Refused("quantity", () => Order(quantity: quantity));

        [Test]
        public void Nobody_transfers_to_himself() => Refused("same-holder", () => Order(to: "anna"));

        private static Transfer Order(string to = "boris", long quantity = 10) => Transfer.Order("t1", "OIS1", "anna", to, quantity, Now);

        private static void Refused(string code, TestDelegate attempt) => Assert.AreEqual(code, Assert.Throws<Refusal>(attempt).Code);
    }
}
