using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Unicode;
using System.Threading.Tasks;
using Microsoft.AspNetCore.Http;

namespace Ois.Hosting
{
    /// <summary>The JSON of every service: camelCase names, enumerations as words, Cyrillic as it is.</summary>
    public static class Json
    {
        public static JsonSerializerOptions Options { get; } = new JsonSerializerOptions
        {
            PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
            PropertyNameCaseInsensitive = true,
            Encoder = JavaScriptEncoder.Create(UnicodeRanges.All),
            Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
        };

        private const int LongestText = 200;

        public static Task Reply(this HttpContext context, object body, int status = StatusCodes.Status200OK)
        {
            context.Response.StatusCode = status;
            context.Response.ContentType = "application/json; charset=utf-8";
            return JsonSerializer.SerializeAsync(context.Response.Body, body, body.GetType(), Options);
        }

        public static async Task<T> Read<T>(this HttpContext context) where T : class
        {
            try
            {
                return await JsonSerializer.DeserializeAsync<T>(context.Request.Body, Options) ?? throw Problem.BadInput("the body is null");
            }
            catch (JsonException error)
            {
                throw Problem.BadInput($"the body is not the JSON that is expected here: see {error.Path ?? "$"}, line {(error.LineNumber ?? 0) + 1}");
            }
        }

        /// <summary>A word from the route's pattern, such as the id in /holders/{id}.</summary>
        public static string Route(this HttpContext context, string name) => context.Request.RouteValues[name]?.ToString() ?? "";

        /// <summary>A text of the body that has to be there.</summary>
        public static string Required(string? value, string field)
        {
            if (string.IsNullOrWhiteSpace(value)) throw Problem.BadInput($"\"{field}\" is missing");
            if (value!.Length > LongestText) throw Problem.BadInput($"\"{field}\" is longer than {LongestText} characters");
            return value.Trim();
        }
    }
}
