using System;
using System.Linq;
using System.Threading.Tasks;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Ois.Hosting;

namespace Ois.Identity
{
    internal sealed class Endpoints
    {
        private readonly Table<Holder> _byTaxId = new Table<Holder>();

        public void Map(IEndpointRouteBuilder endpoints)
        {
            endpoints.MapGet("/holders", context => context.Reply(_byTaxId.All));
            endpoints.MapGet("/holders/{id}", context => context.Reply(Known(context.Route("id"))));
            endpoints.MapPost("/holders", Register);
        }

        private async Task Register(HttpContext context)
        {
            var holder = Holder.From(await context.Read<Application>(), DateTime.UtcNow);
            if (!_byTaxId.Add(holder.TaxId, holder))
                throw Problem.Conflict("registered", $"the tax number {holder.TaxId} is already registered");
            await context.Reply(holder, StatusCodes.Status201Created);
        }

        private Holder Known(string id) => _byTaxId.All.FirstOrDefault(holder => holder.Id == id) ?? throw Problem.Missing($"holder {id}");
    }
}
