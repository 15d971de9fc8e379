using System;
using System.Threading.Tasks;
using Microsoft.AspNetCore.Http;

namespace Ois.Hosting
{
    /// <summary>An error that the caller is told about: an HTTP status, a code for programs and a sentence for people.</summary>
    public sealed class Problem : Exception
    {
        public Problem(int status, string code, string sentence) : base(sentence)
        {
            Status = status;
            Code = code;
        }

        public int Status { get; }

        public string Code { get; }

        public static Problem Missing(string what) => new Problem(StatusCodes.Status404NotFound, "missing", $"there is no {what}");

        public static Problem Conflict(string code, string sentence) => new Problem(StatusCodes.Status409Conflict, code, sentence);

        public static Problem BadInput(string sentence) => new Problem(StatusCodes.Status400BadRequest, "input", sentence);

        /// <summary>For an answer that nobody gave a body: no such path, or not with this method.</summary>
        internal static Problem Bare(HttpContext context) =>
            new Problem(context.Response.StatusCode, "path", $"{context.Request.Method} {context.Request.Path} is not served here");

        /// <summary>For a mistake of the service itself; what it was is in its log.</summary>
        internal static Problem Fault() => new Problem(StatusCodes.Status500InternalServerError, "fault", "the service failed; its log says how");

        /// <summary>Runs the rest of the pipeline; a problem, or what explains itself as one, becomes the JSON answer.</summary>
        internal static async Task Answer(HttpContext context, RequestDelegate next, Func<Exception, Problem?>? explain)
        {
            try
            {
                await next(context);
            }
            catch (Exception error) when (!context.Response.HasStarted && (error as Problem ?? explain?.Invoke(error)) is Problem problem)
            {
                await problem.Tell(context);
            }
        }

        internal Task Tell(HttpContext context) => context.Reply(new { code = Code, message = Message }, Status);
    }
}
