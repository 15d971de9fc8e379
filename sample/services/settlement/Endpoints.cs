using System;
using System.Threading.Tasks;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Ois.Domain;
using Ois.Hosting;

namespace Ois.Settlement
{
    internal sealed class Endpoints
    {
        private readonly Peer _compliance;
        private readonly Peer _registry;
        private readonly Table<Transfer> _transfers = new Table<Transfer>();

        public Endpoints(Peer compliance, Peer registry)
        {
            _compliance = compliance;
            _registry = registry;
        }

        public void Map(IEndpointRouteBuilder endpoints)
        {
            endpoints.MapGet("/transfers", context => context.Reply(_transfers.All));
            endpoints.MapGet("/transfers/{id}", context => context.Reply(Known(context.Route("id"))));
            endpoints.MapPost("/transfers", Take);
            endpoints.MapPost("/transfers/{id}/settle", Settle);
        }

        private async Task Take(HttpContext context)
        {
            var transfer = (await context.Read<Order>()).AsTransfer(DateTimeOffset.UtcNow);
            _transfers.Add(transfer.Id, transfer);
            await context.Reply(transfer, StatusCodes.Status201Created);
        }

        private async Task Settle(HttpContext context)
        {
            var transfer = Known(context.Route("id"));
            var settled = transfer.Settle(await VerdictOn(transfer.From), await VerdictOn(transfer.To), DateTimeOffset.UtcNow);
            // The register knows the movement by its reference: two calls at once move the units once, and one of them is told so.
            await _registry.Post("/internal/entries", settled.Movement());
            if (!_transfers.Replace(transfer.Id, transfer, settled))
                throw Problem.Conflict("settled", $"transfer {transfer.Id} is already settled");
            await context.Reply(settled);
        }

        private async Task<Verdict?> VerdictOn(string holder) =>
            (await _compliance.Find<Check>("/checks", holder))?.AsVerdict();

        private Transfer Known(string id) => _transfers.Find(id) ?? throw Problem.Missing($"transfer {id}");

        private sealed class Check
        {
            public string[]? Objections { get; set; }

            public Verdict AsVerdict() => new Verdict(Objections ?? Array.Empty<string>());
        }
    }
}
