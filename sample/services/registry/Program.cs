using Ois.Domain;
using Ois.Hosting;

namespace Ois.Registry
{
    /// <summary>Who holds what: the register of all movements, and the holdings that follow from it.</summary>
    public static class Program
    {
        public static int Main(string[] args) => Service.Run("registry", args, new Endpoints(new Ledger()).Map, error =>
            error is Refusal refusal ? Problem.Conflict(refusal.Code, refusal.Message) : null);
    }
}
