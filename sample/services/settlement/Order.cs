using System;
using Ois.Domain;
using Ois.Hosting;

namespace Ois.Settlement
{
    /// <summary>The body of an order to transfer, as it was sent.</summary>
    internal sealed class Order
    {
        public string? Asset { get; set; }

        public string? From { get; set; }

        public string? To { get; set; }

        public long Quantity { get; set; }

        public Transfer AsTransfer(DateTimeOffset now) => Transfer.Order(
            Guid.NewGuid().ToString("N").Substring(0, 12),
            Json.Required(Asset, "asset"),
            Json.Required(From, "from"),
            Json.Required(To, "to"),
            Quantity,
            now);
    }
}
