"""The loop that people write: `albumentations_loop.py IN OUT [PROCESSES]`, each picture read, changed, and written."""

import os
import sys

os.environ["NO_ALBUMENTATIONS_UPDATE"] = "1"

import albumentations
import cv2

CHANGE = albumentations.Compose(
    [
        albumentations.HorizontalFlip(p=0.5),
        albumentations.RandomBrightnessContrast(brightness_limit=(-0.2, 0.2), contrast_limit=(-0.2, 0.2), p=1.0),
        albumentations.Rotate(limit=(-15, 15), p=1.0),
        albumentations.GaussNoise(std_range=(0.02, 0.05), p=1.0),
    ]
)


def change(names: tuple[str, str]) -> None:
    source, target = names
    image = cv2.cvtColor(cv2.imread(source), cv2.COLOR_BGR2RGB)
    cv2.imwrite(target, cv2.cvtColor(CHANGE(image=image)["image"], cv2.COLOR_RGB2BGR))


if __name__ == "__main__":
    cv2.setNumThreads(0)
    folder, out = sys.argv[1:3]
    processes = int(sys.argv[3]) if len(sys.argv) > 3 else 1
    os.makedirs(out)
    todo = [(os.path.join(folder, name), os.path.join(out, name)) for name in sorted(os.listdir(folder))]
    if processes == 1:
        for pair in todo:
            change(pair)
    else:
        from multiprocessing import Pool

        with Pool(processes) as pool:
            pool.map(change, todo, chunksize=16)
