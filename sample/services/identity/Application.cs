using System;

namespace Ois.Identity
{
    /// <summary>The body of a registration, as it was sent.</summary>
    public sealed class Application
    {
        public string? Name { get; set; }

        public string? TaxId { get; set; }

        public string? Country { get; set; }

        public DateTime? Born { get; set; }
    }
}
