using System.Collections.Generic;
using System.Linq;

namespace Ois.Domain
{
    /// <summary>The register of holdings: entries are only ever added, balances follow from them. Safe to share between threads.</summary>
    public sealed class Ledger
    {
        private readonly object _gate = new object();
        private readonly List<Entry> _entries = new List<Entry>();

        public IReadOnlyList<Entry> Entries
        {
            get { lock (_gate) return _entries.ToArray(); }
        }

        /// <summary>Adds the entry once: the same reference again is no second movement, so a caller may repeat after a lost answer.</summary>
        public Entry Post(Entry entry)
        {
            lock (_gate)
            {
                var known = _entries.Find(e => e.Reference == entry.Reference);
                if (known != null) return Repeated(known, entry);
                Refuse(entry);
                _entries.Add(entry);
                return entry;
            }
        }

        public IReadOnlyList<Holding> Holdings(string? holder = null) =>
            Entries.SelectMany(Sides).GroupBy(side => (side.Holder, side.Asset))
                .Select(side => new Holding(side.Key.Holder, side.Key.Asset, side.Sum(s => s.Quantity)))
                .Where(holding => holding.Quantity != 0 && (holder == null || holding.Holder == holder))
                .ToArray();

        private static Entry Repeated(Entry known, Entry entry)
        {
            Refusal.When(!known.Says(entry), "reference", $"the reference {entry.Reference} already stands for another movement");
            return known;
        }

        private void Refuse(Entry entry)
        {
            Refusal.When(entry.Quantity <= 0, "quantity", $"a movement of {entry.Quantity} units is not possible");
            if (entry.From == null)
            {
                Refusal.When(_entries.Any(e => e.Asset == entry.Asset), "issued", $"the asset {entry.Asset} is already issued");
                return;
            }
            var balance = Balance(entry.From, entry.Asset);
            Refusal.When(balance < entry.Quantity, "balance",
                $"holder {entry.From} has {balance} of {entry.Asset}, which does not cover {entry.Quantity}");
        }

        private long Balance(string holder, string asset) =>
            _entries.Where(e => e.Asset == asset).SelectMany(Sides).Where(s => s.Holder == holder).Sum(s => s.Quantity);

        private static IEnumerable<Holding> Sides(Entry entry)
        {
            yield return new Holding(entry.To, entry.Asset, entry.Quantity);
            if (entry.From != null) yield return new Holding(entry.From, entry.Asset, -entry.Quantity);
        }
    }
}
