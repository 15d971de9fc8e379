using System.Threading.Tasks;
using Microsoft.AspNetCore.Http;

namespace Ois.ApiGateway
{
    /// <summary>A file that is embedded in the assembly.</summary>
    internal static class Resource
    {
        public static async Task Send(HttpContext context, string name, string contentType)
        {
            using var file = typeof(Resource).Assembly.GetManifestResourceStream(name)!;
            context.Response.ContentType = contentType;
            await file.CopyToAsync(context.Response.Body);
        }
    }
}
