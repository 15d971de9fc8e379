using System;
using System.Linq;
using System.Threading.Tasks;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Ois.Domain;
using Ois.Hosting;

namespace Ois.Compliance
{
    internal sealed class Endpoints
    {
        private readonly Screening _screening;
        private readonly Peer _identity;
        private readonly Table<Check> _audit = new Table<Check>();

        public Endpoints(Screening screening, Peer identity)
        {
            _screening = screening;
            _identity = identity;
        }

        public void Map(IEndpointRouteBuilder endpoints)
        {
            endpoints.MapGet("/audit", context => context.Reply(_audit.All));
            endpoints.MapGet("/checks", context => context.Reply(_audit.All.GroupBy(check => check.Holder).Select(checks => checks.Last())));
            endpoints.MapGet("/checks/{holder}", context => context.Reply(Latest(context.Route("holder"))));
            endpoints.MapPost("/checks", Perform);
        }

        private async Task Perform(HttpContext context)
        {
            var id = Json.Required((await context.Read<Order>()).Holder, "holder");
            var holder = await _identity.Find<Subject>("/holders", id) ?? throw Problem.Missing($"holder {id}");
            var now = DateTimeOffset.UtcNow;
            var check = new Check(id, _screening.Check(holder.AsPerson(), now.Date), now);
            _audit.Add(Guid.NewGuid().ToString(), check);
            await context.Reply(check, StatusCodes.Status201Created);
        }

        private Check Latest(string holder) =>
            _audit.All.LastOrDefault(check => check.Holder == holder) ?? throw Problem.Missing($"check of holder {holder}");

        private sealed class Order
        {
            public string? Holder { get; set; }
        }
    }
}
