using System.Linq;
using System.Threading.Tasks;
using NUnit.Framework;
using Ois.Domain;

namespace Ois.Registry.Tests
{
    [TestFixture]
    public sealed class LedgerTests
    {
        private readonly Ledger _ledger = new Ledger();

        public LedgerTests() => _ledger.Post(new Entry("issue-OIS1", "OIS1", null, "anna", 100));

        [Test]
        public void Holdings_follow_from_the_movements()
        {
            _ledger.Post(Move("t1", 30));
            Assert.AreEqual("anna 70, boris 30", Said());
        }

        [Test]
        public void Who_has_given_all_away_holds_nothing()
        {
            _ledger.Post(Move("t1", 100));
            Assert.AreEqual("boris 100", Said());
            Assert.IsEmpty(_ledger.Holdings("anna"));
        }

        [Test]
        public void The_same_movement_again_moves_nothing()
        {
            _ledger.Post(Move("t1", 30));
            _ledger.Post(Move("t1", 30));
            Assert.AreEqual("anna 70, boris 30", Said());
        }

        [Test]
        public void A_reference_stands_for_one_movement()
        {
            _ledger.Post(Move("t1", 30));
            Refused("reference", Move("t1", 31));
        }

        [Test]
        public void An_asset_is_issued_once() => Refused("issued", new Entry("issue-2", "OIS1", null, "anna", 1));

        [TestCase(101)]
        [TestCase(long.MaxValue)]
        public void Nobody_gives_more_than_he_holds(long quantity) => Refused("balance", Move("t1", quantity));

        [TestCase(0)]
        [TestCase(-1)]
        public void A_movement_moves_at_least_one_unit(long quantity) => Refused("quantity", Move("t1", quantity));

        [Test]
        public void Of_many_at_once_no_more_pass_than_the_holding_covers()
        {
            Parallel.For(0, 50, number =>
            {
                try
                {
                    _ledger.Post(Move($"t{number}", 7));
                }
                catch (Refusal refusal) when (refusal.Code == "balance")
                {
                }
            });
            Assert.AreEqual("anna 2, boris 98", Said());
        }

        private static Entry Move(string reference, long quantity) => new Entry(reference, "OIS1", "anna", "boris", quantity);

        private string Said() => string.Join(", ", _ledger.Holdings().OrderBy(holding => holding.Holder).Select(holding => $"{holding.Holder} {holding.Quantity}"));

        private void Refused(string code, Entry entry) => Assert.AreEqual(code, Assert.Throws<Refusal>(() => _ledger.Post(entry)).Code);
    }
}
