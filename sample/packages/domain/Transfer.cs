using System;

namespace Ois.Domain
{
    public enum TransferState
    {
        Pending,
        Settled,
    }

    /// <summary>An order to move units between two holders: settled once, and only while both pass compliance.</summary>
    public sealed class Transfer
    {
        private Transfer(string id, string asset, string from, string to, long quantity, DateTimeOffset orderedAt, DateTimeOffset? settledAt)
        {
            Id = id;
            Asset = asset;
            From = from;
            To = to;
            Quantity = quantity;
            OrderedAt = orderedAt;
            SettledAt = settledAt;
        }

        public string Id { get; }

        public string Asset { get; }

        public string From { get; }

        public string To { get; }

        public long Quantity { get; }

        public DateTimeOffset OrderedAt { get; }

        public DateTimeOffset? SettledAt { get; }

        public TransferState State => SettledAt == null ? TransferState.Pending : TransferState.Settled;

        public static Transfer Order(string id, string asset, string from, string to, long quantity, DateTimeOffset now)
        {
            Refusal.When(quantity <= 0, "quantity", $"a transfer of {quantity} units is not possible: move at least one");
            Refusal.When(from == to, "same-holder", $"holder {from} cannot transfer to themselves");
            return new Transfer(id, asset, from, to, quantity, now, null);
        }

        public Transfer Settle(Verdict? giver, Verdict? taker, DateTimeOffset now)
        {
            Refusal.When(State == TransferState.Settled, "settled", $"transfer {Id} is already settled");
            Verdict.Require(giver, From);
            Verdict.Require(taker, To);
            return new Transfer(Id, Asset, From, To, Quantity, OrderedAt, now);
        }

        public Entry Movement() => new Entry($"transfer-{Id}", Asset, From, To, Quantity);
    }
}
