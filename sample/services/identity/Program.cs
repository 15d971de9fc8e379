using Ois.Hosting;

namespace Ois.Identity
{
    /// <summary>Who the holders are: people and organisations, each registered once.</summary>
    public static class Program
    {
        public static int Main(string[] args) => Service.Run("identity", args, new Endpoints().Map);
    }
}
