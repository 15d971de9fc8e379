using System;
using System.Threading.Tasks;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Ois.Domain;
using Ois.Hosting;

namespace Ois.Issuance
{
    internal sealed class Endpoints
    {
        private readonly Peer _compliance;
        private readonly Peer _registry;
        private readonly Table<Asset> _assets = new Table<Asset>();

        public Endpoints(Peer compliance, Peer registry)
        {
            _compliance = compliance;
            _registry = registry;
        }

        public void Map(IEndpointRouteBuilder endpoints)
        {
            endpoints.MapGet("/assets", context => context.Reply(_assets.All));
            endpoints.MapGet("/assets/{ticker}", context => context.Reply(Known(context.Route("ticker"))));
            endpoints.MapPost("/assets", Issue);
        }

        private async Task Issue(HttpContext context)
        {
            var asset = await Decide(await context.Read<Prospectus>());
            if (_assets.Find(asset.Ticker) != null) throw Taken(asset);
            await _registry.Post("/internal/entries", asset.Opening());
            if (!_assets.Add(asset.Ticker, asset)) throw Taken(asset);
            await context.Reply(asset, StatusCodes.Status201Created);
        }

        private async Task<Asset> Decide(Prospectus prospectus)
        {
            var issuer = Json.Required(prospectus.Issuer, "issuer");
            var check = await _compliance.Find<Check>("/checks", issuer);
            var (ticker, name) = (Json.Required(prospectus.Ticker, "ticker"), Json.Required(prospectus.Name, "name"));
            return Asset.Issue(ticker, name, issuer, prospectus.Quantity, prospectus.Price, check?.AsVerdict());
        }

        private Asset Known(string ticker) => _assets.Find(ticker) ?? throw Problem.Missing($"asset {ticker}");

        private static Problem Taken(Asset asset) => Problem.Conflict("issued", $"the asset {asset.Ticker} is already issued");

        private sealed class Check
        {
            public string[]? Objections { get; set; }

            public Verdict AsVerdict() => new Verdict(Objections ?? Array.Empty<string>());
        }
    }
}
