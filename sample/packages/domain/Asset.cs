using System.Linq;

namespace Ois.Domain
{
    /// <summary>An issued digital asset: a fixed number of units with a nominal price in roubles.</summary>
    public sealed class Asset
    {
        public const decimal LargestVolume = 1_000_000_000_000_000m;

        private Asset(string ticker, string name, string issuer, long quantity, decimal price)
        {
            Ticker = ticker;
            Name = name;
            Issuer = issuer;
            Quantity = quantity;
            Price = price;
        }

        public string Ticker { get; }

        public string Name { get; }

        public string Issuer { get; }

        public long Quantity { get; }

        public decimal Price { get; }

        public decimal Volume => Quantity * Price;

        public static Asset Issue(string ticker, string name, string issuer, long quantity, decimal price, Verdict? verdict)
        {
            Refusal.When(!IsTicker(ticker), "ticker", $"the ticker \"{ticker}\" is not 3 to 12 capital letters and digits");
            Refusal.When(string.IsNullOrWhiteSpace(name), "name", $"the asset {ticker} has no name");
            Refusal.When(quantity <= 0, "quantity", $"an issue of {quantity} units is not possible: issue at least one");
            Refusal.When(price <= 0, "price", $"a nominal price of {price} is not possible: it must be above zero");
            Refusal.When(price > LargestVolume / quantity, "volume", $"an issue worth more than {LargestVolume} roubles is not possible");
            Verdict.Require(verdict, issuer);
            return new Asset(ticker, name.Trim(), issuer, quantity, price);
        }

        /// <summary>The first entry of the register: the whole issue goes to the issuer.</summary>
        public Entry Opening() => new Entry($"issue-{Ticker}", Ticker, null, Issuer, Quantity);

        private static bool IsTicker(string text) =>
            text.Length >= 3 && text.Length <= 12 && text.All(c => c >= 'A' && c <= 'Z' || c >= '0' && c <= '9');
    }
}
