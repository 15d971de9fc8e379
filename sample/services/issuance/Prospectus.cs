namespace Ois.Issuance
{
    /// <summary>The body of an issue, as it was sent.</summary>
    internal sealed class Prospectus
    {
        public string? Ticker { get; set; }

        public string? Name { get; set; }

        public string? Issuer { get; set; }

        public long Quantity { get; set; }

        public decimal Price { get; set; }
    }
}
