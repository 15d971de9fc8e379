namespace Ois.Domain
{
    /// <summary>How many units of an asset a holder has.</summary>
    public sealed class Holding
    {
        public Holding(string holder, string asset, long quantity)
        {
            Holder = holder;
            Asset = asset;
            Quantity = quantity;
        }

        public string Holder { get; }

        public string Asset { get; }

        public long Quantity { get; }
    }
}
