using System;
using Ois.Domain;
using Ois.Hosting;

namespace Ois.Compliance
{
    /// <summary>A holder as identity sends one.</summary>
    internal sealed class Subject
    {
        public string? Name { get; set; }

        public string? TaxId { get; set; }

        public string? Country { get; set; }

        public DateTime? Born { get; set; }

        public Person AsPerson() =>
            new Person(Json.Required(Name, "name"), Json.Required(TaxId, "taxId"), Json.Required(Country, "country"), Born);
    }
}
