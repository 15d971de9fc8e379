namespace Ois.Domain
{
    /// <summary>One line of the register: units of an asset that went to a holder, from another one or from the issue itself.</summary>
    public sealed class Entry
    {
        public Entry(string reference, string asset, string? from, string to, long quantity)
        {
            Reference = reference;
            Asset = asset;
            From = from;
            To = to;
            Quantity = quantity;
        }

        public string Reference { get; }

        public string Asset { get; }

        public string? From { get; }

        public string To { get; }

        public long Quantity { get; }

        public bool Says(Entry other) =>
            (Reference, Asset, From, To, Quantity) == (other.Reference, other.Asset, other.From, other.To, other.Quantity);
    }
}
