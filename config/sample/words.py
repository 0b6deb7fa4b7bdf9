"""Words that the sample data is drawn from. All of it is our own writing."""

GIVEN_NAMES = (
    "Ada Agnes Aldo Alma Anton Astrid Beatrix Bruno Carla Chiara Clara Daan Dario Elena Elias Elsa Emil Enzo Erika "
    "Felix Femke Finn Flora Franz Frida Gaia Georg Greta Hanna Hugo Ida Ilse Ivo Jana Jasper Jonas Julia Karin Katja "
    "Kilian Lara Lars Lena Leo Levi Lina Lorenz Luca Lucie Maja Marco Marta Mila Mira Moritz Nadia Nico Nils Noor "
    "Oskar Paola Paul Petra Pia Ravi Renzo Rosa Ruben Sanne Selma Silvia Sofie Stella Sven Tara Theo Tilda Timo Ugo "
    "Vera Viktor Viola Willem Yara Zeno"
).split()

FAMILY_NAMES = (
    "Abel Albers Amsel Arden Bakker Baumann Bellini Berger Bianchi Blom Borg Brandt Bruns Castelli Conti Daalder "
    "Dekker Eberle Ernst Falk Ferrari Fiore Fischer Gallo Graf Groen Haas Hartog Heller Hofer Jansen Kaiser Keller "
    "Klein Koster Kranz Kuipers Lang Leone Lindner Lorenz Maier Mancini Marini Meijer Moser Neri Noack Olsen Orsini "
    "Peters Pohl Prins Ricci Riedel Romano Roth Sala Sander Schuster Serra Smit Sommer Stark Steiner Tanner Timmer "
    "Unger Valk Verdi Visser Vogel Wagner Weber Winkel Wolff Zanetti Ziegler"
).split()

REVIEW_OPENINGS = (
    "I have had the {product} for a while now.",
    "Bought the {product} for a trip and kept using it.",
    "The {product} replaced an older one of another make.",
    "My second {product}; the first one went to my sister.",
)

REVIEW_MIDDLES = (
    "After three months of weekly use the seams still look new.",
    "It runs a little small: I am between sizes and took the larger one.",
    "Compared with the one I had before it is lighter but takes longer to dry.",
    "The only thing I would change is the zip, which catches when it is cold.",
    "It survived a week of rain without a complaint.",
    "I measured it: it is exactly as heavy as the page says.",
    "Cleaning it is easy if you do it the same evening.",
    "It is not for beginners, but once set up it needs no care.",
)

REVIEW_ENDS = (
    "I would buy it again.",
    "Good value for the price.",
    "Not perfect, but I like it.",
    "Recommended if you use it often.",
    "My whole family has tried it by now.",
)
