using Ois.Domain;
using Ois.Hosting;

namespace Ois.Issuance
{
    /// <summary>Issues assets: checks the issuer, then books the whole issue to them.</summary>
    public static class Program
    {
        public static int Main(string[] args) =>
            Service.Run("issuance", args, new Endpoints(new Peer("compliance"), new Peer("registry")).Map, error =>
                error is Refusal refusal ? Problem.Conflict(refusal.Code, refusal.Message) : null);
    }
}
