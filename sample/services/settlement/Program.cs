using Ois.Domain;
using Ois.Hosting;

namespace Ois.Settlement
{
    /// <summary>Takes orders to transfer assets and settles each of them once, between holders who passed compliance.</summary>
    public static class Program
    {
        public static int Main(string[] args) =>
            Service.Run("settlement", args, new Endpoints(new Peer("compliance"), new Peer("registry")).Map, error =>
                error is Refusal refusal ? Problem.Conflict(refusal.Code, refusal.Message) : null);
    }
}
