using Ois.Domain;
using Ois.Hosting;

namespace Ois.Registry
{
    /// <summary>The body of a posting, as it was sent; without "from" it is an issue.</summary>
    internal sealed class Movement
    {
        public string? Reference { get; set; }

        public string? Asset { get; set; }

        public string? From { get; set; }

        public string? To { get; set; }

        public long Quantity { get; set; }

        public Entry AsEntry() =>
            new Entry(Json.Required(Reference, "reference"), Json.Required(Asset, "asset"), From, Json.Required(To, "to"), Quantity);
    }
}
