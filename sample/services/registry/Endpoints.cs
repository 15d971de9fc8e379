using System.Threading.Tasks;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Ois.Domain;
using Ois.Hosting;

namespace Ois.Registry
{
    internal sealed class Endpoints
    {
        private readonly Ledger _ledger;

        public Endpoints(Ledger ledger) => _ledger = ledger;

        public void Map(IEndpointRouteBuilder endpoints)
        {
            endpoints.MapGet("/entries", context => context.Reply(_ledger.Entries));
            endpoints.MapGet("/holdings", context => context.Reply(_ledger.Holdings(Holder(context))));
            // Only services post: the gateway lets nothing through to /internal.
            endpoints.MapPost("/internal/entries", Post);
        }

        private async Task Post(HttpContext context)
        {
            var movement = await context.Read<Movement>();
            await context.Reply(_ledger.Post(movement.AsEntry()), StatusCodes.Status201Created);
        }

        private static string? Holder(HttpContext context) =>
            context.Request.Query.TryGetValue("holder", out var holder) ? holder.ToString() : null;
    }
}
