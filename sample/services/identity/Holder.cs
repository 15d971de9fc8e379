using System;
using System.Linq;
using Ois.Hosting;

namespace Ois.Identity
{
    /// <summary>A registered person (12 digits of tax number, with a date of birth) or organisation (10 digits, without).</summary>
    public sealed class Holder
    {
        private Holder(string name, string taxId, string country, DateTime? born)
        {
            Name = name;
            TaxId = taxId;
            Country = country;
            Born = born;
        }

        public string Id { get; } = Guid.NewGuid().ToString("N").Substring(0, 12);

        public string Name { get; }

        public string TaxId { get; }

        public string Country { get; }

        public DateTime? Born { get; }

        public static Holder From(Application application, DateTime today)
        {
            var taxId = Json.Required(application.TaxId, "taxId");
            var country = Json.Required(application.Country, "country").ToUpperInvariant();
            if (!taxId.All(IsDigit) || taxId.Length != 10 && taxId.Length != 12)
                throw Problem.BadInput($"\"taxId\" is \"{taxId}\": an organisation has 10 digits, a person 12");
            if (country.Length != 2 || !country.All(IsLetter)) throw Problem.BadInput($"\"country\" is \"{country}\": give two letters, such as RU");
            return new Holder(Json.Required(application.Name, "name"), taxId, country, BirthDate(application.Born, taxId, today));
        }

        private static DateTime? BirthDate(DateTime? born, string taxId, DateTime today)
        {
            if (taxId.Length == 10) return null;
            if (born == null) throw Problem.BadInput("\"born\" is missing: a person has a date of birth, such as 1990-05-17");
            return born <= today ? born.Value.Date : throw Problem.BadInput($"\"born\" is {born:yyyy-MM-dd}, which is yet to come");
        }

        private static bool IsDigit(char c) => c >= '0' && c <= '9';

        private static bool IsLetter(char c) => c >= 'A' && c <= 'Z';
    }
}
