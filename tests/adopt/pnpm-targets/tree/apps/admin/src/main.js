document.body.append("Orchard");
