using System;
using System.Collections.Generic;
using System.Linq;

namespace Ois.Domain
{
    /// <summary>The compliance check: who may hold and trade assets.</summary>
    public sealed class Screening
    {
        public const int FullAge = 18;

        private readonly HashSet<string> _countries;
        private readonly HashSet<string> _stopList;

        public Screening(IEnumerable<string> countries, IEnumerable<string> stopList)
        {
            _countries = new HashSet<string>(countries, StringComparer.OrdinalIgnoreCase);
            _stopList = new HashSet<string>(stopList, StringComparer.Ordinal);
        }

        public Verdict Check(Person person, DateTime today) => new Verdict(Objections(person, today).ToArray());

        private IEnumerable<string> Objections(Person person, DateTime today)
        {
            if (!_countries.Contains(person.Country)) yield return $"the country {person.Country} is not served";
            if (_stopList.Contains(person.TaxId)) yield return $"the tax number {person.TaxId} is on the stop list";
            if (person.YoungerThan(FullAge, today)) yield return $"the holder is younger than {FullAge}";
        }
    }
}
