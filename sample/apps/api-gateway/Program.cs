using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Ois.Hosting;

namespace Ois.ApiGateway
{
    /// <summary>The one door: /api/NAME/* goes to the service NAME with a token of the realm, /swagger says what there is.</summary>
    public static class Program
    {
        public static int Main(string[] args) => Service.Run("api-gateway", args, Map);

        private static void Map(IEndpointRouteBuilder endpoints)
        {
            endpoints.MapGet("/swagger", context => Resource.Send(context, "index.html", "text/html; charset=utf-8"));
            endpoints.MapGet("/swagger/openapi.json", context => Resource.Send(context, "openapi.json", "application/json; charset=utf-8"));
            var proxy = new Proxy("identity", "issuance", "registry", "settlement", "compliance");
            endpoints.Map("/api/{service}/{**path}", Gate.FromEnvironment().Before(proxy.Forward));
        }
    }
}
