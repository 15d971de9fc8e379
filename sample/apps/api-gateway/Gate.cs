using System;
using System.Threading.Tasks;
using Microsoft.AspNetCore.Http;
using Ois.Hosting;

namespace Ois.ApiGateway
{
    /// <summary>Lets through whoever shows a token of the realm that OIDC_ISSUER names; nobody when it names none.</summary>
    internal sealed class Gate
    {
        private const string Scheme = "Bearer ";

        private readonly Verifier? _verifier;

        private Gate(Verifier? verifier) => _verifier = verifier;

        /// <summary>The gate for OIDC_ISSUER; its keys come from OIDC_INTERNAL_URL, where this container reaches the same realm.</summary>
        public static Gate FromEnvironment()
        {
            var issuer = Environment.GetEnvironmentVariable("OIDC_ISSUER");
            if (string.IsNullOrEmpty(issuer)) return new Gate(null);
            var reached = Environment.GetEnvironmentVariable("OIDC_INTERNAL_URL");
            var realm = string.IsNullOrEmpty(reached) ? issuer : reached;
            var keys = new KeySet(new Uri($"{realm}/protocol/openid-connect/certs"), () => DateTimeOffset.UtcNow);
            return new Gate(new Verifier(issuer, keys));
        }

        /// <summary>The rest of the pipeline behind the gate.</summary>
        public RequestDelegate Before(RequestDelegate next) => async context =>
        {
            await Check(context);
            await next(context);
        };

        private async Task Check(HttpContext context)
        {
            if (_verifier == null) throw new Problem(503, "sign-in", "no token can be checked: OIDC_ISSUER is not set");
            try
            {
                await _verifier.Verify(Shown(context.Request));
            }
            catch (Problem problem) when (problem.Status == StatusCodes.Status401Unauthorized)
            {
                context.Response.Headers["WWW-Authenticate"] = "Bearer error=\"invalid_token\"";
                throw;
            }
        }

        private static string Shown(HttpRequest request)
        {
            var header = request.Headers["Authorization"].ToString();
            return header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)
                ? header.Substring(Scheme.Length).Trim()
                : throw new Problem(401, "token", "there is no token: sign in at a portal, or send \"Authorization: Bearer TOKEN\"");
        }
    }
}
