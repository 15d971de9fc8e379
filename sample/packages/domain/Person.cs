using System;

namespace Ois.Domain
{
    /// <summary>What compliance has to know of a holder.</summary>
    public sealed class Person
    {
        public Person(string name, string taxId, string country, DateTime? born)
        {
            Name = name;
            TaxId = taxId;
            Country = country;
            Born = born;
        }

        public string Name { get; }

        public string TaxId { get; }

        public string Country { get; }

        /// <summary>Unknown for an organisation.</summary>
        public DateTime? Born { get; }

        public bool YoungerThan(int years, DateTime today) => Born != null && Born.Value.Date > today.Date.AddYears(-years);
    }
}
