using System;
using Ois.Domain;
using Ois.Hosting;

namespace Ois.Compliance
{
    /// <summary>Who may trade: checks holders against the rules, keeps every check ever made.</summary>
    public static class Program
    {
        public static int Main(string[] args)
        {
            var screening = new Screening(Setting("SERVED_COUNTRIES", "RU,BY,KZ,AM,KG"), Setting("STOP_LIST", "000000000000"));
            return Service.Run("compliance", args, new Endpoints(screening, new Peer("identity")).Map);
        }

        private static string[] Setting(string name, string fallback) =>
            (Environment.GetEnvironmentVariable(name) ?? fallback).Split(',', StringSplitOptions.RemoveEmptyEntries);
    }
}
