using System.Collections.Generic;
using System.Linq;

namespace Ois.Hosting
{
    /// <summary>Rows in memory, by key, in the order they came. Safe to share between threads.</summary>
    public sealed class Table<TRow> where TRow : class
    {
        private readonly object _gate = new object();
        private readonly List<string> _order = new List<string>();
        private readonly Dictionary<string, TRow> _rows = new Dictionary<string, TRow>();

        public IReadOnlyList<TRow> All
        {
            get { lock (_gate) return _order.Select(key => _rows[key]).ToArray(); }
        }

        public TRow? Find(string key)
        {
            lock (_gate) return _rows.TryGetValue(key, out var row) ? row : null;
        }

        /// <summary>False when the key is taken.</summary>
        public bool Add(string key, TRow row)
        {
            lock (_gate)
            {
                if (!_rows.TryAdd(key, row)) return false;
                _order.Add(key);
                return true;
            }
        }

        /// <summary>False when somebody else replaced the old row first.</summary>
        public bool Replace(string key, TRow old, TRow row)
        {
            lock (_gate)
            {
                if (!_rows.TryGetValue(key, out var current) || !ReferenceEquals(current, old)) return false;
                _rows[key] = row;
                return true;
            }
        }
    }
}
